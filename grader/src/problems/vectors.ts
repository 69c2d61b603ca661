/** 题目参考里用的小向量运算。 */
export type Vector = number[];

export const add = (x: Vector, y: Vector): Vector => x.map((v, i) => v + y[i]!);
export const sub = (x: Vector, y: Vector): Vector => x.map((v, i) => v - y[i]!);
export const scale = (x: Vector, k: number): Vector => x.map((v) => v * k);
export const zeros = (x: Vector): Vector => x.map(() => 0);
export const total = (x: Vector): number => x.reduce((sum, v) => sum + v, 0);
export const mean = (x: Vector): number => total(x) / x.length;
export const dot = (x: Vector, y: Vector): number => total(x.map((v, i) => v * y[i]!));
export const squared = (x: Vector): number => x.reduce((sum, v) => sum + v * v, 0);
export const norm = (x: Vector): number => Math.sqrt(squared(x));

/** ‖x‖ 的梯度 x/‖x‖；在 0 处按约定取 0。 */
export const unit = (x: Vector): Vector => {
  const length = norm(x);
  return length === 0 ? zeros(x) : scale(x, 1 / length);
};
