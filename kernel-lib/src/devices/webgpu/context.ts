import { TiduError } from "../../errors.js";
import { BufferPool, type GpuArray } from "./buffers.js";

/** 一次派发：WGSL 源码、读写的缓冲区、放进 uniform 的整数、工作组数。 */
export interface Dispatch {
  /** 绑定次序：inputs、outputs、uniform（array<vec4<i32>, 16>）。 */
  readonly code: string;
  readonly inputs: readonly GpuArray[];
  readonly outputs: readonly GpuArray[];
  readonly uniforms?: readonly number[];
  /** 总的工作组数（超过单轴上限时自动折成二维），或三个轴各自的个数。 */
  readonly groups: number | readonly [number, number, number];
}

const slotBytes = 256;
const slots = 128;

/** 一块 GPU：管线缓存、命令批、缓冲区池、错误与失效。命令攒成一批，读取时或攒满时提交。 */
export class GpuContext {
  readonly gpu: GPUDevice;
  readonly pool: BufferPool;
  /** 失效的原因；正常时是 null。 */
  lost: string | null = null;
  private failure: TiduError | null = null;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  private readonly pipelines = new Map<string, GPUComputePipeline>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();
  private readonly staged = new Int32Array((slotBytes / 4) * slots);
  private readonly uniformBuffer: GPUBuffer;
  private count = 0;
  /** 至今派发的核数，供测试与测速核对融合的效果。 */
  dispatched = 0;

  // Dawn 的实例被垃圾回收时会连同仍在用的设备一起销毁，所以一直留着它。
  readonly roots: readonly unknown[];

  constructor(gpu: GPUDevice, roots: readonly unknown[]) {
    this.gpu = gpu;
    this.roots = roots;
    this.pool = new BufferPool(gpu, () => this.flush());
    this.uniformBuffer = gpu.createBuffer({ size: slotBytes * slots, usage: 0x40 | 0x8 });
    gpu.lost.then((info) => {
      this.lost = `${info.message || "没有说明"}（${info.reason}）`;
    });
    gpu.addEventListener?.("uncapturederror", (event) => {
      event.preventDefault?.();
      this.fail((event as GPUUncapturedErrorEvent).error);
    });
  }

  private fail(error: GPUError): void {
    // 一条命令出错，用到它的后续命令也会各报一次；只留最先的原因。
    if (/due to a previous error|Invalid CommandBuffer/.test(error.message)) return;
    const memory = error.constructor.name === "GPUOutOfMemoryError";
    if (memory) this.pool.trim();
    this.failure ??= memory
      ? new TiduError("TIDU-GPU-003", "显存不够。请减小批量，或在循环里用 scope(() => …) 及时释放中间结果。")
      : new TiduError("TIDU-GPU-005", `GPU 拒绝了一条命令，同一批命令的结果都不可信：${error.message}`);
  }

  /** 失效、或之前的命令出过错时抛出。 */
  check(): void {
    if (this.lost !== null) {
      throw new TiduError(
        "TIDU-GPU-004",
        `GPU 设备已经失效：${this.lost}。上面的张量都没有了；请再 await device("webgpu") 打开一次，重新放数据，或改用 cpu。`,
      );
    }
    if (this.failure) {
      // 出错的命令所在的一批整批作废，先让它过去，免得连累后面的计算。
      const { failure } = this;
      this.flush();
      this.failure = null;
      throw failure;
    }
  }

  dispatch({ code, inputs, outputs, uniforms = [], groups }: Dispatch): void {
    this.check();
    const [x, y, z] = typeof groups === "number" ? this.fold(groups) : groups;
    if (x === 0 || y === 0 || z === 0) return;
    const most = this.gpu.limits.maxComputeWorkgroupsPerDimension;
    if (Math.max(x, y, z) > most) {
      throw new TiduError(
        "TIDU-GPU-001",
        `这次计算要派发 ${x}×${y}×${z} 个工作组，超过每个轴 ${most} 的上限。请把张量分批计算。`,
      );
    }
    const buffers = [...inputs, ...outputs].map((a) => a.live);
    if (this.count === slots) this.flush();
    this.dispatched++;
    const slot = this.count++;
    this.staged.set(uniforms, (slot * slotBytes) / 4);
    const layout = this.layout(inputs.length, outputs.length);
    const group = this.gpu.createBindGroup({
      layout,
      entries: [
        ...buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
        {
          binding: buffers.length,
          resource: { buffer: this.uniformBuffer, offset: slot * slotBytes, size: slotBytes },
        },
      ],
    });
    this.encoder ??= this.gpu.createCommandEncoder();
    this.pass ??= this.encoder.beginComputePass();
    this.pass.setPipeline(this.pipeline(code, layout));
    this.pass.setBindGroup(0, group);
    this.pass.dispatchWorkgroups(x, y, z);
  }

  private fold(groups: number): [number, number, number] {
    const most = this.gpu.limits.maxComputeWorkgroupsPerDimension;
    if (groups <= most) return [groups, 1, 1];
    const y = Math.ceil(groups / most);
    return [Math.ceil(groups / y), y, 1];
  }

  private layout(inputs: number, outputs: number): GPUBindGroupLayout {
    const key = `${inputs},${outputs}`;
    let layout = this.layouts.get(key);
    if (!layout) {
      const entry = (binding: number, type: GPUBufferBindingType) => ({
        binding,
        visibility: 0x4,
        buffer: { type },
      });
      const kinds: GPUBufferBindingType[] = [
        ...new Array<GPUBufferBindingType>(inputs).fill("read-only-storage"),
        ...new Array<GPUBufferBindingType>(outputs).fill("storage"),
        "uniform",
      ];
      layout = this.gpu.createBindGroupLayout({ entries: kinds.map((type, i) => entry(i, type)) });
      this.layouts.set(key, layout);
    }
    return layout;
  }

  private pipeline(code: string, layout: GPUBindGroupLayout): GPUComputePipeline {
    let pipeline = this.pipelines.get(code);
    if (!pipeline) {
      pipeline = this.gpu.createComputePipeline({
        layout: this.gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: this.gpu.createShaderModule({ code }) },
      });
      // 形状一直在变的程序不该让缓存无限地长。
      if (this.pipelines.size >= 4096) this.pipelines.clear();
      this.pipelines.set(code, pipeline);
    }
    return pipeline;
  }

  /** 提交攒下的命令。 */
  flush(): void {
    if (!this.encoder) return;
    this.pass?.end();
    this.gpu.queue.writeBuffer(this.uniformBuffer, 0, this.staged, 0, (this.count * slotBytes) / 4);
    this.gpu.queue.submit([this.encoder.finish()]);
    this.encoder = null;
    this.pass = null;
    this.count = 0;
    this.pool.batch++;
  }

  upload(data: Float32Array | Int32Array | Uint32Array, pinned = false): GpuArray {
    this.check();
    const array = this.pool.allocate(data.byteLength, { fresh: true, pinned });
    if (data.byteLength > 0)
      this.gpu.queue.writeBuffer(array.live, 0, data as Float32Array<ArrayBuffer>, 0, data.length);
    return array;
  }

  /** 全部置零。 */
  clear(array: GpuArray): void {
    this.check();
    this.pass?.end();
    this.pass = null;
    this.encoder ??= this.gpu.createCommandEncoder();
    this.encoder.clearBuffer(array.live);
  }

  async read(array: GpuArray, bytes: number): Promise<ArrayBuffer> {
    this.check();
    if (bytes === 0) return new ArrayBuffer(0);
    const source = array.live;
    const staging = this.gpu.createBuffer({ size: bytes, usage: 0x1 | 0x8 });
    this.pass?.end();
    this.pass = null;
    this.encoder ??= this.gpu.createCommandEncoder();
    this.encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    this.flush();
    try {
      await staging.mapAsync(0x1);
      const copy = staging.getMappedRange().slice(0);
      this.check();
      return copy;
    } catch (error) {
      // 设备失效的通知可能比映射失败晚到一步。
      await Promise.race([this.gpu.lost, new Promise((done) => setTimeout(done, 50))]);
      this.check();
      throw error;
    } finally {
      staging.destroy();
    }
  }
}
