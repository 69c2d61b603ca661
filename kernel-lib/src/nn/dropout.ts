import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { div } from "../primitives/arithmetic.js";
import { where } from "../primitives/select.js";
import { bernoulli } from "../random/distributions.js";
import type { Tensor, TensorLike } from "../tensor.js";

/**
 * 随机失活：每个元素以概率 rate 置 0，其余除以 1 − rate，期望不变。预测时不要调用它。
 * 同一把密钥得同样的掩码。rate 不在 [0, 1) 里抛 TIDU-NN-004。来源：Srivastava 等，2014。
 *
 * @example
 * dropout(key(0), [1, 2, 3], 0).toArray() // => [1, 2, 3]
 * @example
 * dropout(key(0), [1, 2], 1) // 抛 TIDU-NN-004
 */
export function dropout(key: Tensor, x: TensorLike, rate = 0.5): Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new TiduError("TIDU-NN-004", `dropout：失活的概率要在 [0, 1) 里，得到的是 ${rate}。`);
  }
  const t = asTensor(x);
  if (rate === 0) return t;
  return where(bernoulli(key, 1 - rate, t.shape), div(t, 1 - rate), 0);
}
