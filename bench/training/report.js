/** What the training benchmark says: a row for each workload and side of ours, as JSON and as a line of the table. */
import { boundOf } from './measure.js'

/** `found` is what measure.js answers, `peerNames` the others that were asked for. */
export function rowOf(workload, name, { results, matrixPeakGflops, compare }, peerNames) {
  const peers = Object.fromEntries(peerNames.map((peer) => [peer, results[peer]]))
  const ours = results[name]
  const ofPrecision = (precision) => fastest(peers, (peer) => peer.precision === precision)
  const [same, single] = [ofPrecision(ours.precision), ofPrecision('float32')]
  const ratioTo = (peer) => (peer && ours.examplesPerSecond ? compare(name, peer) : [])
  const [ratio, ratioLower, ratioUpper] = ratioTo(same)
  const [ratio32, ratio32Lower, ratio32Upper] = ratioTo(single)
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
    bound: same && boundOf(workload, peers[same], matrixPeakGflops),
    matrixPeakGflops,
    plantedLogLoss: workload.plantedLogLoss,
  }
}

function fastest(peers, isMeant) {
  const names = Object.keys(peers).filter((name) => peers[name].examplesPerSecond && isMeant(peers[name]))
  return names.sort((a, b) => peers[b].examplesPerSecond - peers[a].examplesPerSecond)[0]
}

function cell({ examplesPerSecond, logLoss, secondsToAuc }) {
  if (!examplesPerSecond) return ''
  const rate = Math.round(examplesPerSecond).toLocaleString('en')
  const toAuc = secondsToAuc ? [`${secondsToAuc.toFixed(0)} s`] : []
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
