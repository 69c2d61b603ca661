import { dot, type Vector } from "./vectors.js";

/** 题目参考里用的小矩阵运算；一行一个数组。 */
export type Matrix = Vector[];

export const transpose = (A: Matrix): Matrix => A[0]!.map((_, j) => A.map((row) => row[j]!));
/** 矩阵乘向量。 */
export const apply = (A: Matrix, x: Vector): Vector => A.map((row) => dot(row, x));
export const multiply = (A: Matrix, B: Matrix): Matrix => {
  const columns = transpose(B);
  return A.map((row) => columns.map((column) => dot(row, column)));
};
export const outer = (x: Vector, y: Vector): Matrix => x.map((v) => y.map((w) => v * w));
export const plus = (A: Matrix, B: Matrix): Matrix => A.map((row, i) => row.map((v, j) => v + B[i]![j]!));
export const times = (A: Matrix, k: number): Matrix => A.map((row) => row.map((v) => v * k));
