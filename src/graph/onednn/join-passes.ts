/**
 * Passes over the same matrices as one: a pass over a large matrix costs the way to memory, however many results it has. Two are joined
 * where they share a matrix, or one reads element by element what the other makes, and neither waits for anything that the other leads to.
 */
import type { KernelCall } from '../op.js'
import { sameShape } from '../shapes.js'
import type { Shape, Tensor } from '../tensor.js'
import type { IsStored } from './passes.js'
import { domainOf, isMatrix, passOver } from './passes.js'

/** A kernel with all that it leaves. */
export interface JoinedCall {
  readonly tensors: readonly Tensor[]
  readonly call: KernelCall
}

interface Node {
  readonly tensors: Tensor[]
  call: KernelCall
}

export interface JoinOptions {
  readonly isStored: IsStored
  /** Whether a tensor is an output of the graph, or read by what is not among the calls. */
  isReadOutside(tensor: Tensor): boolean
}

/** Kernels in the order of computation, passes joined. */
export function joinPasses(calls: ReadonlyMap<Tensor, KernelCall>, options: JoinOptions): JoinedCall[] {
  const nodes: Node[] = []
  const makers = new Map<Tensor, Node>()
  for (const [tensor, call] of calls) {
    const host = hostOf(tensor, call, { nodes, makers, isStored: options.isStored })
    if (!host) nodes.push({ tensors: [tensor], call })
    makers.set(tensor, host ?? (nodes.at(-1) as Node))
  }
  return inOrder(nodes, makers).map((node) => withoutUnread(node, nodes, options))
}

interface Joining {
  readonly nodes: readonly Node[]
  readonly makers: ReadonlyMap<Tensor, Node>
  readonly isStored: IsStored
}

/** The latest node that can take a tensor's pass along, with it. */
function hostOf(tensor: Tensor, call: KernelCall, { nodes, makers, isStored }: Joining): Node | undefined {
  const domain = domainOf(tensor)
  if (!domain || !isMatrix(domain) || !(call.kernel === 'pass' || call.kernel === 'sumRows')) return undefined
  const before = ancestorsOf(dependenciesOf(call, makers), makers)
  for (const node of [...nodes].reverse()) {
    if (before.has(node) || !isBeside(node, call, domain)) continue
    const tensors = [...node.tensors, tensor]
    const joined = passOver(domain, tensors, storedBut(tensors, isStored))
    // No more may be read than by both, and nothing that is known only afterwards.
    const isKnown = (read: Tensor): boolean =>
      (node.call.inputs.includes(read) || call.inputs.includes(read)) && !tensors.includes(read)
    if (!joined?.inputs.every(isKnown)) continue
    node.tensors.push(tensor)
    node.call = joined
    return node
  }
  return undefined
}

const storedBut =
  (made: readonly Tensor[], isStored: IsStored): IsStored =>
  (read) =>
    !made.includes(read) && isStored(read)

/** Whether both go over the same rows, and one matrix at least is read by both, or left by one and read by the other. */
function isBeside({ tensors, call: own }: Node, call: KernelCall, domain: Shape): boolean {
  const [first] = tensors
  const isSame = own.kernel === 'pass' && first && sameShape(domainOf(first) ?? [], domain)
  const isShared = (read: Tensor): boolean =>
    isMatrix(read.shape) && (tensors.includes(read) || own.inputs.includes(read))
  return isSame === true && call.inputs.some(isShared)
}

type Makers = ReadonlyMap<Tensor, Node>

const dependenciesOf = ({ inputs }: KernelCall, makers: Makers): Set<Node> =>
  new Set(inputs.flatMap((input) => makers.get(input) ?? []))

/** What some nodes wait for, themselves only where one waits for another. */
function ancestorsOf(nodes: Iterable<Node>, makers: Makers): Set<Node> {
  const found = new Set<Node>()
  const stack = [...nodes]
  for (let node = stack.pop(); node; node = stack.pop())
    for (const dependency of dependenciesOf(node.call, makers))
      if (!found.has(dependency)) {
        found.add(dependency)
        stack.push(dependency)
      }
  return found
}

/** Nodes with each after all that it reads, and otherwise in their order. */
function inOrder(nodes: readonly Node[], makers: Makers): Node[] {
  const ordered = new Set<Node>()
  const visit = (node: Node): void => {
    if (ordered.has(node)) return
    for (const dependency of dependenciesOf(node.call, makers)) visit(dependency)
    ordered.add(node)
  }
  nodes.forEach(visit)
  return [...ordered]
}

/** A node that leaves only what others read. */
function withoutUnread(node: Node, nodes: readonly Node[], { isStored, isReadOutside }: JoinOptions): JoinedCall {
  const isRead = (tensor: Tensor): boolean =>
    isReadOutside(tensor) || nodes.some((other) => other !== node && other.call.inputs.includes(tensor))
  const read = node.tensors.filter(isRead)
  const [first] = read
  const domain = first && domainOf(first)
  if (!domain || read.length === node.tensors.length) return node
  return { tensors: read, call: passOver(domain, read, storedBut(node.tensors, isStored)) ?? node.call }
}
