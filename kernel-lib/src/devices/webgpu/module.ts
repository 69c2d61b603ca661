import { helpersFor } from "./math.js";

// WGSL 允许实现假定没有 NaN 与无穷，常量里也不许出现，所以在运行时由位模式得到；
// is_nan 查看二进制位，编译器不会把它当作恒假优化掉。
const prelude = `var<private> inf_bits: u32 = 0x7f800000u;
var<private> nan_bits: u32 = 0x7fc00000u;
fn inf_() -> f32 { return bitcast<f32>(inf_bits); }
fn nan_() -> f32 { return bitcast<f32>(nan_bits); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`;

/** 拼出一个完整的模块。main 里可用 wid、nwg、lid（u32）与 group（本工作组的序号，i32）。 */
export function module(parts: {
  inputs: readonly string[];
  outputs: readonly string[];
  /** 模块级声明：辅助函数、workgroup 变量。 */
  declarations?: string;
  size: number | readonly [number, number];
  body: string;
}): string {
  const buffers = [
    ...parts.inputs.map((t, k) => `@group(0) @binding(${k}) var<storage, read> in${k}: array<${t}>;`),
    ...parts.outputs.map(
      (t, k) =>
        `@group(0) @binding(${parts.inputs.length + k}) var<storage, read_write> out${k}: array<${t}>;`,
    ),
  ];
  const [sx, sy] = typeof parts.size === "number" ? [parts.size, 1] : parts.size;
  return `${buffers.join("\n")}
@group(0) @binding(${buffers.length}) var<uniform> u: array<vec4<i32>, 16>;
${prelude}
${helpersFor(`${parts.declarations ?? ""}${parts.body}`)}
${parts.declarations ?? ""}
@compute @workgroup_size(${sx}, ${sy}, 1)
fn main(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>,
        @builtin(local_invocation_id) lid3: vec3<u32>, @builtin(local_invocation_index) lid: u32) {
  let group = i32(wid.y * nwg.x + wid.x);
${parts.body}
}
`;
}
