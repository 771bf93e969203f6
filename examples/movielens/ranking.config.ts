// MovieLens 100K as implicit feedback: every rating is an act, all other items are negatives, lists are judged. No early stopping: all of the 75 % trains.
import { categorical, cross, defineConfig, list } from 'widedeep'

export default defineConfig({
  data: {
    examples: 'movielens-100k/u.data',
    format: { type: 'csv', delimiter: '\t', header: false, columns: ['user', 'movie', 'rating', 'timestamp'] },
    label: { column: 'rating', atLeast: 1 },
    // Of every user a random quarter is held back: the protocol of the published numbers. It knows no time, so neither does the history.
    split: { by: 'random', within: 'user', test: 0.25 },
    user: 'user',
    item: 'movie',
    time: 'timestamp',
    history: { seen: { of: 'movie', last: 1000, take: 'others' } },
    negatives: { sampling: 'all' },
  },
  features: {
    user: { seen: list(categorical({ sharedWith: 'movie' })) },
    item: { movie: categorical() },
  },
  model: {
    // One weight for every pair (movie seen, movie ranked): the linear item-item model, as a cross.
    wide: {
      features: ['movie'],
      crosses: [cross('seen', 'movie')],
      optimizer: { name: 'adam', learningRate: 0.001 },
    },
    deep: false,
  },
  training: { batchSize: 2048, epochs: 8, validationShare: 0, seed: 1 },
})
