import { openRegistry } from '../../../registry/index.js'
import { publishBundle, registryDirectory } from '../../publish.js'
import { registryNow } from '../registry-now.js'
import type { RetrainStep } from '../retrain-step.js'
import { train } from './train.js'

export interface Published {
  readonly version: number
}

const tag = 'retrain'

export const publish: RetrainStep<Published> = {
  name: 'publish',
  title: 'publishing the challenger',
  async run({ id, registry, champion, by, answer }) {
    const opened = openRegistry(registryDirectory(registry))
    // A job that was killed right after publishing finds its version by the tag.
    const known = Object.entries(registryNow(registry)?.versions ?? {}).find(([, { tags }]) => tags[tag] === id)
    const { bundle } = answer(train)
    const version = known
      ? Number(known[0])
      : (
          await publishBundle({
            bundle,
            registry,
            tags: { [tag]: id },
            by,
            ...(champion ? { parent: String(champion.version) } : {}),
          })
        ).version
    opened.setAlias('challenger', version, { by, reason: `retrain ${id}` })
    return { version }
  },
}
