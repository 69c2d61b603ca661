import { compileCpu } from "./compile.js";
import { setFastGemm } from "./compile-gemm.js";
import { cpu } from "./device.js";
import { wasmGemm } from "./wasm-gemm.js";

// cpu 的两样加速：jit 的编译器与 WASM 矩阵乘。没有它们也能算，只是慢。
// Node 里由 accelerate.ts 直接装上；网页里由 accelerate-later.ts 在首次下载之后再取。
cpu.compile = compileCpu;
setFastGemm(wasmGemm);
