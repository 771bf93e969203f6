/** Writes a graph as an ONNX model (IR version 9, opset 18): the nodes that the outputs need, each once, inputs first. */
import { reverseOrder } from './differentiate.js'
import { shapeMismatch } from './errors.js'
import type { NodeWriter, OnnxAttributes } from './op.js'
import { ProtobufMessage } from './protobuf.js'
import { elementCount } from './shapes.js'
import type { Shape, Tensor } from './tensor.js'
import { constantOp, inputOp } from './tensor.js'

export type Precision = 'float32' | 'float64'

export interface OnnxOptions {
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly precision: Precision
  /** Inputs that are built in as constants, which lets the runtime repack them (serving). Float32, row-major. */
  readonly constants?: Readonly<Record<string, Float32Array>>
}

// Field numbers of onnx.proto3, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
const model = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 }
const graphField = { node: 1, name: 2, initializer: 5, input: 11, output: 12 }
const nodeField = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 }
const attributeField = { name: 1, float: 2, integer: 3, integers: 8, type: 20 }
const attributeType = { float: 1, integer: 2, integers: 7 }
const tensorField = { dims: 1, dataType: 2, name: 8, rawData: 9 }
const dataType = { float32: 1, float64: 11, int64: 7 }

/** Serializes the part of a graph that `outputs` need. */
export function writeOnnx({ outputs, precision, constants = {} }: OnnxOptions): Uint8Array {
  const tensors = reverseOrder(...Object.values(outputs)).reverse()
  const taken = tensors.find(
    ({ op, attributes }) => op === inputOp && Object.hasOwn(outputs, String(attributes['name'])),
  )
  if (taken) throw new Error(`internal: "${nameOf(taken)}" is an input and an output of the graph`)
  const writer = new GraphWriter(precision)
  for (const tensor of tensors) writer.tensor(tensor, constants)
  for (const [name, tensor] of Object.entries(outputs)) writer.output(name, tensor)
  const opset = new ProtobufMessage().integer(2, 18)
  return new ProtobufMessage()
    .integer(model.irVersion, 9)
    .bytes(model.producerName, 'widedeep')
    .bytes(model.graph, writer.graph)
    .bytes(model.opsetImport, opset)
    .finish()
}

class GraphWriter implements NodeWriter {
  readonly graph = new ProtobufMessage().bytes(graphField.name, 'widedeep')
  readonly elementType: number
  private readonly known = new Map<string, string>()
  private count = 0

  constructor(private readonly precision: Precision) {
    this.elementType = dataType[precision]
  }

  tensor(tensor: Tensor, constants: Readonly<Record<string, Float32Array>>): void {
    const name = nameOf(tensor)
    if (tensor.op === inputOp) {
      const values = Object.hasOwn(constants, name) ? constants[name] : undefined
      if (values) this.floats(name, builtInShape(tensor, values), values)
      else this.graph.bytes(graphField.input, valueInfo(name, this.elementType, tensor.shape))
    } else if (tensor.op === constantOp) {
      this.floats(name, tensor.shape as readonly number[], tensor.attributes['values'] as readonly number[])
    } else {
      tensor.op.emit(this, tensor, { inputs: tensor.inputs.map(nameOf), output: name })
    }
  }

  output(name: string, tensor: Tensor): void {
    this.node('Identity', [nameOf(tensor)], [name])
    this.graph.bytes(graphField.output, valueInfo(name, this.elementType, tensor.shape))
  }

  node(type: string, inputs: readonly string[], outputs: readonly string[], attributes: OnnxAttributes = {}): void {
    const node = new ProtobufMessage()
    for (const input of inputs) node.bytes(nodeField.input, input)
    for (const output of outputs) node.bytes(nodeField.output, output)
    node.bytes(nodeField.name, `${type}_${String(this.count++)}`).bytes(nodeField.opType, type)
    for (const [name, value] of Object.entries(attributes)) node.bytes(nodeField.attribute, attribute(name, value))
    this.graph.bytes(graphField.node, node)
  }

  fresh(): string {
    return `value_${String(this.count++)}`
  }

  integers(values: readonly number[]): string {
    return this.shared(`integers_${values.join('_')}`, (name) => {
      this.initializer(name, dataType.int64, [values.length], BigInt64Array.from(values.map(BigInt)))
    })
  }

  scalar(value: number): string {
    return this.shared(`scalar_${String(value)}`, (name) => {
      this.floats(name, [], [value])
    })
  }

  private shared(key: string, write: (name: string) => void): string {
    if (!this.known.has(key)) {
      this.known.set(key, key)
      write(key)
    }
    return key
  }

  private floats(name: string, shape: readonly number[], values: ArrayLike<number>): void {
    this.initializer(
      name,
      this.elementType,
      shape,
      this.precision === 'float32' ? Float32Array.from(values) : Float64Array.from(values),
    )
  }

  private initializer(name: string, type: number, shape: readonly number[], values: ArrayBufferView): void {
    const tensor = new ProtobufMessage()
    for (const size of shape) tensor.integer(tensorField.dims, size)
    const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    tensor.integer(tensorField.dataType, type).bytes(tensorField.name, name).bytes(tensorField.rawData, raw)
    this.graph.bytes(graphField.initializer, tensor)
  }
}

function builtInShape({ attributes, shape }: Tensor, values: Float32Array): readonly number[] {
  const isKnown = shape.every((size) => typeof size === 'number')
  if (!isKnown || elementCount(shape) !== values.length) {
    const op = `the constant for input "${String(attributes['name'])}"`
    throw shapeMismatch({ op, expected: 'as many values as the known shape of the input', got: [shape, values.length] })
  }
  return shape
}

function nameOf(tensor: Tensor): string {
  return tensor.op === inputOp ? String(tensor.attributes['name']) : `t${String(tensor.id)}_${tensor.op.name}`
}

function attribute(name: string, value: OnnxAttributes[string]): ProtobufMessage {
  const message = new ProtobufMessage().bytes(attributeField.name, name)
  if (typeof value === 'number')
    return message.integer(attributeField.integer, value).integer(attributeField.type, attributeType.integer)
  if ('float' in value)
    return message.float(attributeField.float, value.float).integer(attributeField.type, attributeType.float)
  for (const item of value) message.integer(attributeField.integers, item)
  return message.integer(attributeField.type, attributeType.integers)
}

/** ValueInfoProto: name 1, type 2 → tensor type 1 → element type 1, shape 2 → dim 1 → value 1 or name 2. */
function valueInfo(name: string, elementType: number, shape: Shape): ProtobufMessage {
  const shapeMessage = new ProtobufMessage()
  for (const size of shape) {
    const dimension = new ProtobufMessage()
    shapeMessage.bytes(1, typeof size === 'number' ? dimension.integer(1, size) : dimension.bytes(2, size))
  }
  const tensorType = new ProtobufMessage().integer(1, elementType).bytes(2, shapeMessage)
  return new ProtobufMessage().bytes(1, name).bytes(2, new ProtobufMessage().bytes(1, tensorType))
}
