import { asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { flip, pad, reshape, slice, transpose } from "../primitives/layout.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { conv2d, type Pair } from "./convolution.js";

/** 转置卷积的选项，含义与正向的卷积相同。 */
export interface ConvTransposeOptions {
  /** 卷积的步长；这里是放大的倍数，缺省 1。 */
  readonly strides?: Pair;
  /** 卷积的补边；这里是从四周裁掉多少格，缺省 0。 */
  readonly padding?: Pair;
  /** 末端再多出几格，要小于步长或间隔，缺省 0。 */
  readonly outputPadding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}

const pair = (p: Pair): readonly [number, number] => (typeof p === "number" ? [p, p] : p);

/**
 * 转置卷积：conv2d 对输入的梯度那个线性映射。输入 [N, C, H, W]，核 [C, O/groups, kh, kw]，输出 [N, O, H′, W′]，
 * H′ = (H − 1)·strides − 2·padding + dilation·(kh − 1) + outputPadding + 1。
 * 形状对不上抛 TIDU-CONV-001，裁得什么都不剩抛 TIDU-CONV-002。
 *
 * @example
 * convTranspose2d([[[[1, 2]]]], [[[[1, 10]]]], { strides: [1, 2] }).toArray() // => [[[[1, 10, 2, 20]]]]
 */
export function convTranspose2d(
  x: TensorLike,
  kernel: TensorLike,
  options: ConvTransposeOptions = {},
): Tensor {
  const [t, w] = asTensors(x, kernel) as [Tensor, Tensor];
  const { groups = 1 } = options;
  const strides = pair(options.strides ?? 1);
  const padding = pair(options.padding ?? 0);
  const extra = pair(options.outputPadding ?? 0);
  const dilation = pair(options.dilation ?? 1);
  const channels = t.shape[1]!;
  const whole = [...strides, ...dilation].every((v) => Number.isInteger(v) && v >= 1);
  const counted = [...padding, ...extra].every((v) => Number.isInteger(v) && v >= 0);
  if (t.rank !== 4 || w.rank !== 4 || w.shape[0] !== channels || channels % groups || !whole || !counted) {
    throw new TiduError(
      "TIDU-CONV-001",
      `convTranspose2d：输入 ${showShape(t.shape)} 与核 ${showShape(w.shape)}（groups = ${groups}）对不上。` +
        "输入应是 [N, C, H, W]，核应是 [C, O/groups, kh, kw]，C 能被 groups 整除；步长与间隔是正整数，补边不能是负数。",
    );
  }
  const [kh, kw] = w.shape.slice(-2) as [number, number];
  // 相邻两格之间插入 步长−1 个零，四周补满，再与翻转、换了进出通道的核作普通卷积。
  const full = ([kh, kw] as const).map((k, i) => dilation[i]! * (k - 1));
  const spread = pad(spaced(spaced(t, 2, strides[0]), 3, strides[1]), [
    [0, 0],
    [0, 0],
    ...full.map((f, i) => [f, f + extra[i]!]),
  ]);
  const y = conv2d(spread, mirrored(w, groups), { dilation, groups });
  const size = y.shape.map((n, i) => (i < 2 ? n : n - 2 * padding[i - 2]!));
  if (size.some((n) => n < 1)) {
    throw new TiduError(
      "TIDU-CONV-002",
      `convTranspose2d：padding [${padding.join(", ")}] 把 ${showShape(y.shape)} 的输出裁没了。`,
    );
  }
  return slice(y, [0, 0, ...padding], size);
}

/** 沿 axis 轴，相邻两格之间插入 step − 1 个零。 */
function spaced(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const lead = x.shape.slice(0, axis);
  const n = x.shape[axis]!;
  const tail = x.shape.slice(axis + 1);
  const apart = pad(
    reshape(x, [...lead, n, 1, ...tail]),
    [...lead, n, 1, ...tail].map((_, i) => (i === axis + 1 ? [0, step - 1] : [0, 0])),
  );
  return slice(reshape(apart, [...lead, n * step, ...tail]), [], [...lead, (n - 1) * step + 1, ...tail]);
}

/** [C, O/g, kh, kw] → [O, C/g, kh, kw]，空间上翻转。 */
function mirrored(w: Tensor, groups: number): Tensor {
  const [c, o, kh, kw] = w.shape as [number, number, number, number];
  const split = reshape(flip(w, [2, 3]), [groups, c / groups, o, kh, kw]);
  return reshape(transpose(split, [0, 2, 1, 3, 4]), [groups * o, c / groups, kh, kw]);
}

/**
 * 一维转置卷积：输入 [N, C, L]，核 [C, O/groups, k]，输出 [N, O, L′]。选项同 convTranspose2d。
 *
 * @example
 * convTranspose1d([[[1, 2]]], [[[1, 1]]]).toArray() // => [[[1, 3, 2]]]
 */
export function convTranspose1d(
  x: TensorLike,
  kernel: TensorLike,
  options: {
    readonly strides?: number;
    readonly padding?: number;
    readonly outputPadding?: number;
    readonly dilation?: number;
    readonly groups?: number;
  } = {},
): Tensor {
  const [t, w] = asTensors(x, kernel) as [Tensor, Tensor];
  const row = (s: Tensor): Tensor => reshape(s, [...s.shape.slice(0, -1), 1, s.shape.at(-1)!]);
  const y = convTranspose2d(row(t), row(w), {
    strides: [1, options.strides ?? 1],
    padding: [0, options.padding ?? 0],
    outputPadding: [0, options.outputPadding ?? 0],
    dilation: [1, options.dilation ?? 1],
    groups: options.groups,
  });
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}
