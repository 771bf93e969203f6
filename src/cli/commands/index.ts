import type { ListedCommand } from '../command.js'

/** Every command, in the order of the help of all, which loads none of them. */
export const commands: readonly ListedCommand[] = [
  {
    usage: 'init',
    summary: 'write a starter widedeep.config.ts to fill in',
    load: () => import('./init.js'),
  },
  {
    usage: 'infer',
    summary: 'read logs and write a starter config that says why each column became what it became',
    load: () => import('./infer.js'),
  },
  {
    usage: 'check',
    summary:
      'check the data before training: leaks, lost or doubled events, clocks, drift; PASS, WARN or FAIL for each',
    load: () => import('./check.js'),
  },
  {
    usage: 'prepare',
    summary: 'read the data, learn vocabularies and boundaries, write encoded examples',
    load: () => import('./prepare.js'),
  },
  {
    usage: 'train',
    summary: 'train the model jointly and write a bundle (prepares what is not prepared yet)',
    load: () => import('./train.js'),
  },
  {
    usage: 'tune',
    summary: "search the space of the config's tune section for the best settings, on the validation split",
    load: () => import('./tune.js'),
  },
  {
    usage: 'evaluate',
    summary: 'score a bundle, loaded from disk, on a split or on any labelled files',
    load: () => import('./evaluate.js'),
  },
  {
    usage: 'calibrate',
    summary:
      'learn a map from logits to probabilities on held-out rows; writes a new bundle, the old one stays as it is',
    load: () => import('./calibrate.js'),
  },
  {
    usage: 'compare',
    summary: 'train configs or parts with several seeds and say which is better, with intervals',
    load: () => import('./compare.js'),
  },
  {
    usage: 'gate',
    summary: 'judge a new bundle beside the one that serves; exit code 4 when it is not blessed',
    load: () => import('./gate.js'),
  },
  {
    usage: 'crosses',
    summary: 'propose crosses by what they would take off the log loss of validation rows, and show why',
    load: () => import('./crosses.js'),
  },
  {
    usage: 'recommend',
    summary: 'rank items for a user with a bundle',
    load: () => import('./recommend.js'),
  },
  {
    usage: 'explain',
    summary: 'say why an item has its score for a user: a sum of parts, and in words',
    load: () => import('./explain.js'),
  },
  {
    usage: 'inspect',
    summary: 'show what is in a bundle: columns, tables, sizes, what became of the crosses',
    load: () => import('./inspect.js'),
  },
  {
    usage: 'publish',
    summary: 'copy a bundle into the registry as a new version, with its checksums, metrics and where it comes from',
    load: () => import('./publish.js'),
  },
  {
    usage: 'dry-run',
    summary: 'load a bundle in a process of its own, ask its golden requests, and measure',
    load: () => import('./dry-run.js'),
  },
  {
    usage: 'promote <version>',
    summary: 'make a blessed version the champion, after a dry run',
    load: () => import('./promote.js'),
  },
  {
    usage: 'rollback',
    summary: 'bring the champion before back',
    load: () => import('./rollback.js'),
  },
  {
    usage: 'retrain',
    summary:
      'the daily job: check, prepare the new day, train from the champion, judge, try out, promote; safe to run again at any time',
    load: () => import('./retrain.js'),
  },
  {
    usage: 'models <action> [names...]',
    summary: 'look at the registry and put it in order',
    load: () => import('./models.js'),
  },
  {
    usage: 'serve',
    summary: 'answer requests for lists over HTTP, and follow the registry',
    load: () => import('./serve.js'),
  },
  {
    usage: 'export-events',
    summary: "write a server's event log as the impression and action logs that prepare reads",
    load: () => import('./export-events.js'),
  },
  {
    usage: 'export-mlflow <version>',
    summary: 'show a published version to an MLflow tracking server: settings, metrics by epoch, lineage, files',
    load: () => import('./export-mlflow.js'),
  },
  {
    usage: 'simulate',
    summary: 'write the logs of a simulated app store whose every true probability is known',
    load: () => import('./simulate.js'),
  },
  {
    usage: 'demo',
    summary: 'the whole main job: prepare, train, evaluate, recommend for a user',
    load: () => import('./demo.js'),
  },
]
