import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { tensor } from "../functions/creation.js";
import { attention } from "../losses/attention.js";
import { reshape, transpose } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { split } from "../random/key.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { glorotUniform } from "./initialisers.js";

/** 多头注意力的参数：四个投影矩阵。 */
export interface MultiHeadParams {
  /** 查询、键、值、输出的投影，都是 [D, D]。 */
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly o: Tensor;
}

/** 多头注意力的选项。 */
export interface MultiHeadOptions {
  /** 头数，要整除宽度 D，缺省 1。 */
  readonly heads?: number;
  /** 真表示看得见，能与 [..., Q, K] 广播。 */
  readonly mask?: TensorLike;
  /** 键与值的来源，缺省与 x 相同（自注意力）。 */
  readonly context?: TensorLike;
}

/**
 * 多头注意力：把 x（[..., Q, D]）与 context（[..., K, D]）投影后分成几个头，各自作缩放点积注意力，再拼起来投影。
 * 宽度不能被头数整除抛 TIDU-NN-003。来源：Vaswani 等，2017（arXiv:1706.03762）。
 *
 * @example
 * const params = multiHeadAttention.init(key(0), 8);
 * multiHeadAttention.apply(params, ones([5, 8]), { heads: 2 }).shape // => [5, 8]
 */
export const multiHeadAttention = {
  init(key: Tensor, width: number): MultiHeadParams {
    const [q, k, v, o] = split(key, 4).map((each) => glorotUniform(each, [width, width])) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    return { q, k, v, o };
  },
  apply(
    params: { readonly [name in keyof MultiHeadParams]: TensorLike },
    x: TensorLike,
    options: MultiHeadOptions = {},
  ): Tensor {
    const { heads = 1, mask, context = x } = options;
    const width = asTensor(params.q).shape[1]!;
    if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
      throw new TiduError("TIDU-NN-003", `multiHeadAttention：宽度 ${width} 不能分成 ${heads} 个头。`);
    }
    const [q, k, v] = [matmul(x, params.q), matmul(context, params.k), matmul(context, params.v)].map((t) =>
      splitHeads(t, heads),
    ) as [Tensor, Tensor, Tensor];
    return matmul(joinHeads(attention(q, k, v, { mask: mask && perHead(mask) })), params.o);
  },
};

/** [..., L, D] → [..., 头, L, D/头]。 */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [length, width] = x.shape.slice(-2) as [number, number];
  return swapHeads(reshape(x, [...x.shape.slice(0, -2), length, heads, width / heads]));
}

function joinHeads(x: Tensor): Tensor {
  const y = swapHeads(x);
  return reshape(y, [...y.shape.slice(0, -2), y.shape.at(-2)! * y.shape.at(-1)!]);
}

function swapHeads(x: Tensor): Tensor {
  const r = x.rank;
  return transpose(x, [...Array(r - 3).keys(), r - 2, r - 3, r - 1]);
}

/** 掩码 [..., Q, K] 在头的轴上广播。 */
function perHead(mask: TensorLike): Tensor {
  const m = asTensor(mask);
  return m.rank <= 2 ? m : reshape(m, [...m.shape.slice(0, -2), 1, ...m.shape.slice(-2)]);
}

/**
 * 正弦位置编码 [length, width]：第 t 行第 2i 列是 sin(t/10000^(2i/width))，第 2i+1 列是同一个角的余弦。
 * 来源：Vaswani 等，2017（arXiv:1706.03762）。
 *
 * @example
 * positionalEncoding(2, 2).toArray() // => [[0, 1], [0.8414709848078965, 0.5403023058681398]]
 */
export function positionalEncoding(length: number, width: number): Tensor {
  return tensor(
    Array.from({ length }, (_, t) =>
      Array.from({ length: width }, (_, j) => {
        const angle = t / 10_000 ** ((j - (j % 2)) / width);
        return j % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      }),
    ),
  );
}
