import assert from "node:assert/strict";
import {
  cholesky,
  grad,
  jit,
  key,
  logdet,
  normal,
  scope,
  solve,
  split,
  type Tensor,
  TiduError,
  tensor,
  valueAndGrad,
  vmap,
} from "../../index.js";
import { ArrayTensor } from "../../tensor.js";
import { cases } from "../../testing/cases.js";
import { operations } from "../../testing/operations.js";
import { supportOn } from "../../testing/support.js";
import { compositions } from "../compositions.js";
import { checkConformance, conformanceCases, uncoveredPrimitives } from "../conformance.js";
import { checkDerivatives } from "../derivatives.js";
import type { Device } from "../device.js";
import { place } from "../evaluate.js";
import { randomPrograms } from "../random-programs.js";
import { TensorflowDevice } from "./device.js";
import { hostPrimitives } from "./host.js";
import { loadBackend } from "./load.js";
import { openTensorflow } from "./open.js";

const names = [...new Set(conformanceCases().map((c) => c.primitive))];

for (const backend of ["cpu", "wasm"]) {
  describe(`tensorflow 设备（tfjs 后端 ${backend}）`, () => {
    let device: Device;

    before(async function () {
      const opened = await openTensorflow([`@tensorflow/tfjs-backend-${backend}`]);
      if (!opened.device) return this.skip();
      device = opened.device;
    });

    for (const name of names) {
      it(name, async () => {
        const failures: string[] = [];
        for (const test of conformanceCases().filter((c) => c.primitive === name)) {
          const failure = await checkConformance(test, device).catch((e: Error) => e.message);
          if (failure) failures.push(`${test.name}：${failure}`);
        }
        assert.deepEqual(failures, []);
      });
    }

    for (const { name, f, shapes } of compositions) {
      it(`组合函数的值与梯度：${name}`, async () => {
        const keys = split(key(7), shapes.length);
        const cpu = shapes.map((s, i) => normal(keys[i]!, s));
        const there = cpu.map((x) => place(x.concrete(), device));
        const both = valueAndGrad(f as (...xs: Tensor[]) => Tensor, { argnums: shapes.map((_, i) => i) });
        const expected = flatten(both(...cpu));
        for (const run of [both, jit(both)]) {
          const actual = flatten(run(...there));
          for (const [k, y] of actual.entries()) {
            assert.equal(y.device, "tensorflow");
            const truth = await expected[k]!.data();
            const data = await y.data();
            assert.equal(data.length, truth.length);
            const largest = Array.from(truth).reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
            for (let i = 0; i < truth.length; i++) {
              assert.ok(
                Math.abs(data[i]! - truth[i]!) <= 3e-5 * largest,
                `${k}[${i}] ${data[i]} ≠ ${truth[i]}`,
              );
            }
          }
        }
      });
    }

    it("一百个随机的程序：任意形状的值、jit、一阶与二阶导数都与 cpu 一致", async () => {
      const failures: string[] = [];
      for (const program of randomPrograms(100)) {
        const problem = await checkDerivatives(program, device);
        if (problem) failures.push(`${program.name}：${problem}`);
      }
      assert.deepEqual(failures, []);
    });

    it("每个原语与公开函数的值、jit、一阶与二阶导数", async () => {
      const failures: string[] = [];
      for (const sample of [...cases, ...operations]) {
        const cell = await supportOn(sample, device);
        if (cell !== "yes") failures.push(`${JSON.stringify(sample.args)}：${JSON.stringify(cell)}`);
      }
      assert.deepEqual(failures, []);
    });

    it("scope 释放中间结果；之后再用是 TIDU-DEV-007", () => {
      const x = new ArrayTensor(device, device.upload(Float32Array.of(1, 2), "float32"), [2], "float32");
      let leaked: Tensor | null = null;
      const y = scope(() => {
        leaked = x.mul(2);
        return leaked.add(1);
      });
      assert.deepEqual(y.toArray(), [3, 5]);
      assert.throws(
        () => leaked!.toArray(),
        (e) => e instanceof TiduError && e.id === "TIDU-DEV-007",
      );
    });
  });
}

describe("tensorflow 设备", () => {
  it("每个原语都有检验；在主机上算的只有矩阵分解、窗口与抽样，设备的说明里写着", async () => {
    assert.deepEqual(uncoveredPrimitives(), []);
    const host = hostPrimitives();
    const factorizations =
      "cholesky cofactor det eigh fold logdet pinv qr random solve svd triangularSolve unfold".split(" ");
    assert.deepEqual(
      host.filter((name) => !factorizations.includes(name)),
      [],
    );
    const { device, detail } = await openTensorflow();
    if (device) for (const name of host) assert.ok(detail.includes(name), detail);
  });

  it("主机上算的也能求导、批处理，结果仍在设备上", async function () {
    const { device } = await openTensorflow();
    if (!device) return this.skip();
    const A = place(
      tensor([
        [3, 1],
        [1, 2],
      ]).concrete(),
      device,
    );
    const g = grad((x: Tensor) => logdet(x))(A);
    assert.equal(g.device, "tensorflow");
    // ∂ log|det A| / ∂A = A⁻ᵀ
    for (const [i, v] of [0.4, -0.2, -0.2, 0.6].entries())
      assert.ok(Math.abs((await g.data())[i]! - v) < 1e-6);
    const x = vmap((b: Tensor) => solve(A, b))(
      place(
        tensor([
          [4, 3],
          [3, 1],
        ]).concrete(),
        device,
      ),
    );
    assert.equal(x.device, "tensorflow");
    for (const [i, v] of [1, 1, 1, 0].entries()) assert.ok(Math.abs((await x.data())[i]! - v) < 1e-6);
  });

  it("后端不能同步读取时，主机上算的原语说清怎么办", async function () {
    const { backend } = await loadBackend();
    if (!backend) return this.skip();
    const device = new TensorflowDevice(backend.tf, backend.name);
    const A = new ArrayTensor(device, device.upload(Float32Array.of(2), "float32"), [1, 1], "float32");
    device.readSync = () => {
      throw new Error("readSync is not supported");
    };
    assert.throws(() => cholesky(A), /TIDU-DEV-002.*cholesky.*不能同步取回.*toDevice/);
  });

  it("没有二进制文件的 tfjs-node-gpu 很快失败，并说清原因", async () => {
    const start = performance.now();
    const { backend, refusals } = await loadBackend(["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]);
    if (backend) return;
    assert.ok(performance.now() - start < 1000);
    for (const { reason } of refusals) assert.match(reason, /没有安装|二进制文件|动态库|加载失败/);
  });
});

function flatten(value: unknown): Tensor[] {
  return Array.isArray(value) ? value.flatMap(flatten) : [value as Tensor];
}
