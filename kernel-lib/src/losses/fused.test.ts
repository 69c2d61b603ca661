import assert from "node:assert/strict";
import type { Params, Primitive } from "../core/primitive.js";
import { cpu } from "../devices/cpu/device.js";
import type { Device } from "../devices/device.js";
import { place } from "../devices/evaluate.js";
import { grad, hessian, huberLoss, hvp, jit, type Tensor, tensor, tripletLoss, vmap } from "../index.js";
import type { ArrayTensor } from "../tensor.js";

/** 有融合核的设备：算术借 cpu 的，融合核另写，用来检验损失什么时候走融合核、结果是否一样。 */
class FusedDevice implements Device {
  readonly name = "fused-test";
  calls: string[] = [];
  storage = cpu.storage;
  upload = cpu.upload;
  read = cpu.read;
  readSync = cpu.readSync;

  run(p: Primitive<any>, inputs: readonly ArrayTensor[], params: Params, out: never): unknown {
    return cpu.run(p, inputs, params, out);
  }

  fused(name: string, inputs: readonly ArrayTensor[], params: Params): ArrayTensor[] | null {
    this.calls.push(name);
    const data = inputs.map((x) => x.readSync());
    const put = (values: number[], shape: readonly number[]): ArrayTensor =>
      place(tensor(values).reshape(shape).concrete(), this);
    if (name === "huber") {
      const [y, t] = [data[0]!, data[1]!];
      const scale = params["scale"];
      const c = Array.from(y, (v, i) => Math.max(-params["delta"], Math.min(params["delta"], v - t[i]!)));
      const loss = scale * c.reduce((s, v, i) => s + v * (y[i]! - t[i]! - v / 2), 0);
      const gradient = c.map((v) => scale * v);
      return [put([loss], []), ...(params["gradient"] ? [put(gradient, inputs[0]!.shape)] : [])];
    }
    const [B, D] = inputs[0]!.shape as [number, number];
    const out: number[][] = [[0], [], [], []];
    for (let b = 0; b < B; b++) {
      const row = (k: number): number[] => Array.from({ length: D }, (_, i) => data[k]![b * D + i]!);
      const [a, p, n] = [row(0), row(1), row(2)] as [number[], number[], number[]];
      const u = a.map((v, i) => v - p[i]!);
      const w = a.map((v, i) => v - n[i]!);
      const [du, dw] = [Math.hypot(...u), Math.hypot(...w)];
      const z = du - dw + params["margin"];
      const on = z > 0 ? params["scale"] : 0;
      out[0]![0]! += params["scale"] * Math.max(0, z);
      for (let i = 0; i < D; i++) {
        const [f, g] = [(on * u[i]!) / du, (on * w[i]!) / dw];
        out[1]!.push(f - g);
        out[2]!.push(-f);
        out[3]!.push(g);
      }
    }
    return out.slice(0, params["gradient"] ? 4 : 1).map((v, k) => put(v, k === 0 ? [] : [B, D]));
  }
}

function near(a: Tensor, b: Tensor): void {
  const [x, y] = [a, b].map((t) => [t.toArray()].flat(9) as number[]) as [number[], number[]];
  assert.equal(x.length, y.length);
  for (const [i, v] of x.entries()) assert.ok(Math.abs(v - y[i]!) < 1e-12, `${x} ≠ ${y}`);
}

describe("融合核", () => {
  const y = [0.5, 3, -2, 1];
  const A = [
    [0.1, 0.2],
    [1, -1],
  ];
  const P = [
    [0.5, -0.3],
    [1, -2],
  ];
  const N = [
    [0.9, 0.4],
    [0, 3],
  ];

  it("一阶用融合核，值与梯度等于组合的原语", () => {
    const device = new FusedDevice();
    const on = (x: unknown): Tensor => place(tensor(x as number[]).concrete(), device);
    const t = on([0, 0, 0, 0]);
    for (const reduction of ["mean", "sum"] as const) {
      const f = (p: Tensor): Tensor => huberLoss(p, t, { delta: 1.5, reduction });
      const plain = (p: Tensor): Tensor => huberLoss(p, [0, 0, 0, 0], { delta: 1.5, reduction });
      near(grad(f)(on(y)), grad(plain)(y));
    }
    assert.deepEqual(device.calls, ["huber", "huber"]);
    near(
      grad((p: Tensor) => tripletLoss(on(A), p, on(N), { margin: 2 }))(on(P)),
      grad((p: Tensor) => tripletLoss(A, p, N, { margin: 2 }))(P),
    );
    assert.equal(device.calls.at(-1), "triplet");
  });

  it("只求值也用融合核", () => {
    const device = new FusedDevice();
    const on = (x: unknown): Tensor => place(tensor(x as number[]).concrete(), device);
    near(huberLoss(on(y), [0, 0, 0, 0], { delta: 1.5 }), huberLoss(y, [0, 0, 0, 0], { delta: 1.5 }));
    near(tripletLoss(on(A), on(P), on(N), { margin: 2 }), tripletLoss(A, P, N, { margin: 2 }));
    assert.deepEqual(device.calls, ["huber", "triplet"]);
  });

  it("二阶、vmap、jit 里求导走组合的原语，一样对", () => {
    const device = new FusedDevice();
    const on = (x: unknown): Tensor => place(tensor(x as number[]).concrete(), device);
    const f = (p: Tensor): Tensor => huberLoss(p, on([0, 0, 0, 0]), { reduction: "sum" });
    const plain = (p: Tensor): Tensor => huberLoss(p, [0, 0, 0, 0], { reduction: "sum" });
    near(hessian(f)(on(y)), hessian(plain)(y));
    near(hvp(f)(on(y), on([1, 2, 3, 4])), hvp(plain)(y, [1, 2, 3, 4]));
    device.calls.length = 0;
    near(jit(grad(f))(on(y)), grad(plain)(y));
    near(vmap(grad(f))(on([y])), vmap(grad(plain))([y]));
    assert.deepEqual(device.calls, []);
    const g = (a: Tensor): Tensor => tripletLoss(a, on(P), on(N), { margin: 2 });
    near(hessian(g)(on(A)), hessian((a: Tensor) => tripletLoss(a, P, N, { margin: 2 }))(A));
  });
});
