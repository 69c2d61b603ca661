// 书页里的 `@tensorflow/tfjs`：核心、全部算子的梯度与 cpu 后端，用到它的单元格运行时才下载。
// 完整的包还带着 WebGL、layers 与读写模型的部分，大三倍，书里用不着；装在 Node 里的是完整的那一个。
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "@tensorflow/tfjs-backend-cpu";

export * from "@tensorflow/tfjs-core";
