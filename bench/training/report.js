/** What the training benchmark says: a row for each workload and side of ours, as JSON and as a line of the table. */
import { boundOf } from './measure.js'

/** `found` is what measure.js answers, `peerNames` the others that were asked for. What is not to be had is `null`. */
export function rowOf(workload, name, { results, matrixPeakGflops, compare }, peerNames) {
  const peers = Object.fromEntries(peerNames.map((peer) => [peer, results[peer]]))
  const ours = results[name]
  const ofPrecision = (precision) => fastest(peers, (peer) => peer.precision === precision)
  const [same, single] = [ofPrecision(ours.precision), ofPrecision('float32')]
  const ratioTo = (peer) => (peer && ours.examplesPerSecond ? compare(name, peer) : [null, null, null])
  const [ratio, ratioLower, ratioUpper] = ratioTo(same)
  const [ratio32, ratio32Lower, ratio32Upper] = ratioTo(single)
  const peak = matrixPeakGflops[ours.precision] ?? null
  return {
    name: workload.name,
    side: name,
    ...ours,
    peers,
    fastestPeer: same,
    ratioToFastestPeer: ratio,
    ratioLower,
    ratioUpper,
    ratioToFastestFloat32Peer: ratio32,
    ratioToFloat32Lower: ratio32Lower,
    ratioToFloat32Upper: ratio32Upper,
    bound: same && peak && boundOf(workload, peers[same], peak),
    matrixPeakGflops: peak,
    plantedLogLoss: workload.plantedLogLoss ?? null,
    firstToAuc: firstToAuc(results),
  }
}

function fastest(peers, isMeant) {
  const names = Object.keys(peers).filter((name) => peers[name].examplesPerSecond && isMeant(peers[name]))
  return names.sort((a, b) => peers[b].examplesPerSecond - peers[a].examplesPerSecond)[0] ?? null
}

function cell({ examplesPerSecond, logLoss, secondsToAuc }) {
  if (!examplesPerSecond) return ''
  const rate = Math.round(examplesPerSecond).toLocaleString('en')
  const toAuc = secondsToAuc === undefined ? [] : [secondsToAuc === null ? 'never' : `${secondsToAuc.toFixed(0)} s`]
  return [rate, logLoss?.toFixed(4) ?? '–', ...toAuc].join(' / ')
}

export const lineOf = ({ name, side, peers, bound, ...row }) => ({
  workload: `${name}, ${row.precision}`,
  [side]: cell(row),
  ...Object.fromEntries(Object.entries(peers).map(([peer, result]) => [peer, cell(result)])),
  ratio: row.ratioToFastestPeer
    ? `${row.ratioToFastestPeer.toFixed(2)} (${row.ratioLower.toFixed(2)} to ${row.ratioUpper.toFixed(2)})`
    : '',
  bound: bound?.toFixed(2) ?? '',
})

/** Who of all came to the AUC aimed at in the least time of training; `null` where nobody did, or none is aimed at. */
function firstToAuc(results) {
  const reached = Object.keys(results).filter((name) => results[name].secondsToAuc)
  const [side] = reached.sort((a, b) => results[a].secondsToAuc - results[b].secondsToAuc)
  return side ? { side, seconds: results[side].secondsToAuc } : null
}
