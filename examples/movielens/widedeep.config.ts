// MovieLens 100K: which movie will this user like (4 stars or more)? Ratings ⋈ users ⋈ movies, split by time.
import { categorical, cross, defineConfig, list, numeric } from 'widedeep'

export default defineConfig({
  data: {
    examples: 'movielens-100k/u.data',
    format: { type: 'csv', delimiter: '\t', header: false, columns: ['user', 'movie', 'rating', 'timestamp'] },
    join: [
      {
        from: 'movielens-100k/u.user',
        on: 'user',
        format: { type: 'csv', delimiter: '|', header: false, columns: ['user', 'age', 'sex', 'occupation', 'zip'] },
      },
      {
        from: 'movielens-100k/u.item',
        on: 'movie',
        format: {
          type: 'csv',
          delimiter: '|',
          encoding: 'latin-1',
          header: false,
          columns: [
            'movie', 'title', 'released', 'video_released', 'imdb', 'unknown', 'action', 'adventure', 'animation', 'children',
            'comedy', 'crime', 'documentary', 'drama', 'fantasy', 'film_noir', 'horror', 'musical', 'mystery', 'romance',
            'sci_fi', 'thriller', 'war', 'western',
          ], // prettier-ignore
        },
      },
    ],
    label: { column: 'rating', atLeast: 4 },
    split: { by: 'time', validation: 0.1, test: 0.1 },
    user: 'user',
    item: 'movie',
    time: 'timestamp',
    title: 'title',
    // The movies a user liked before the row's own time, newest last: never the future.
    history: { liked: { of: 'movie', where: { column: 'rating', atLeast: 4 }, last: 20 } },
  },
  features: {
    user: {
      user: categorical(),
      age: numeric({ normalize: 'quantiles' }),
      sex: categorical(),
      occupation: categorical(),
      liked: list(categorical({ sharedWith: 'movie' })),
    },
    item: {
      movie: categorical(),
      action: categorical(),
      adventure: categorical(),
      animation: categorical(),
      children: categorical(),
      comedy: categorical(),
      crime: categorical(),
      documentary: categorical(),
      drama: categorical(),
      fantasy: categorical(),
      film_noir: categorical(),
      horror: categorical(),
      musical: categorical(),
      mystery: categorical(),
      romance: categorical(),
      sci_fi: categorical(),
      thriller: categorical(),
      war: categorical(),
      western: categorical(),
    },
  },
  model: {
    wide: {
      crosses: [cross('liked', 'movie', { minCount: 20 }), cross('occupation', 'movie', { minCount: 5 })],
      optimizer: { name: 'ftrl', learningRate: 0.03, l1: 2, l2: 5 },
    },
    deep: {
      embedding: 8,
      hidden: [64, 32],
      dropout: 0.3,
      embeddingL2: 1,
      optimizer: { name: 'adagrad', learningRate: 0.01 },
    },
  },
  training: { batchSize: 512, epochs: 15, patience: 3, seed: 1 },
})
