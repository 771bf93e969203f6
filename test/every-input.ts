/** Features of every kind that an architecture reads, and what encodes them without any data. */
import { categorical, indicator, list, numeric } from '../src/features/index.js'

export const everyInput = {
  user: categorical({ values: 6 }),
  item: categorical({ values: 5 }),
  likes: list(categorical({ sharedWith: 'item' })),
  colour: indicator(categorical({ values: 2 })),
  price: numeric(),
}

const nothing = { json: {}, arrays: {} }

export const everyInputState = {
  columns: {
    user: nothing,
    item: nothing,
    colour: nothing,
    price: { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} },
  },
  crosses: {},
}
