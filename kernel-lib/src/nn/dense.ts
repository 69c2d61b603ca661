import { zeros } from "../functions/creation.js";
import { add } from "../primitives/arithmetic.js";
import { gather } from "../primitives/indexing.js";
import { matmul } from "../primitives/matmul.js";
import { normal } from "../random/distributions.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { glorotUniform, type Initialiser } from "./initialisers.js";

// 一层是两个纯函数：init 由密钥造出参数树，apply 由参数与输入算出输出。参数是普通对象，可以直接求导、套进更大的树。

/** 全连接层的参数：权重与偏置。 */
export interface DenseParams {
  /** [入, 出] */
  readonly w: Tensor;
  /** [出]；没有偏置时不写。 */
  readonly b?: Tensor;
}

/** 全连接层初始化的选项。 */
export interface DenseOptions {
  /** 缺省有偏置。 */
  readonly bias?: boolean;
  /** 权重的初始化，缺省 glorotUniform。 */
  readonly kernel?: Initialiser;
}

/**
 * 全连接层 y = x W + b：输入 [..., 入]，输出 [..., 出]。
 *
 * @example
 * const params = dense.init(key(0), 3, 2);
 * dense.apply(params, [[1, 2, 3]]).shape // => [1, 2]
 * @example
 * dense.apply({ w: [[1], [2]], b: [10] }, [1, 1]).toArray() // => [13]
 */
export const dense = {
  init(key: Tensor, inputs: number, outputs: number, options: DenseOptions = {}): DenseParams {
    const { bias = true, kernel = glorotUniform } = options;
    const w = kernel(key, [inputs, outputs]);
    return bias ? { w, b: zeros([outputs]) } : { w };
  },
  apply(params: { readonly w: TensorLike; readonly b?: TensorLike }, x: TensorLike): Tensor {
    const y = matmul(x, params.w);
    return params.b === undefined ? y : add(y, params.b);
  },
};

/** 词向量的参数：一张表。 */
export interface EmbeddingParams {
  /** [词数, 维数] */
  readonly table: Tensor;
}

/**
 * 词向量查表：下标 [...]（int32）得 [..., 维数]。梯度只落在查到的行上，同一行查几次就累加几次。
 *
 * @example
 * embedding.apply({ table: [[1, 2], [3, 4]] }, [1, 1]).toArray() // => [[3, 4], [3, 4]]
 */
export const embedding = {
  init(key: Tensor, count: number, width: number): EmbeddingParams {
    return { table: normal(key, [count, width]) };
  },
  apply(params: { readonly table: TensorLike }, indices: TensorLike): Tensor {
    return gather(params.table, indices);
  },
};
