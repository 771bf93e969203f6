/** Our own side: the public engine over rows in memory. Takes what obey.js says. */
import { openEngine } from '../engine.js'
import { obey, readRows, task } from './obey.js'

const [rows, judged] = [readRows('train'), readRows('held-out')]
const engine = await openEngine(task, rows).catch(({ message }) => {
  console.error(message)
  process.exit(1)
})
let epoch = -1
await obey({
  step(first) {
    if (first === 0) epoch++
    return engine.step(rows, first, epoch)
  },
  settle: () => engine.settle(),
  predict: () => engine.predict(judged, task.heldOut),
})
await engine.close()
