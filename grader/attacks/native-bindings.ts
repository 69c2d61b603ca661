// 企图：dlopen、process.binding、internalBinding、WASI
// 预期：一分也不多得。
// 得分：1
// 消息：看见：$
// 看机制：是
const p: any = process;
let seen = "";
for (const name of ["spawn_sync", "fs", "process_wrap", "tcp_wrap", "worker", "natives"]) { try { const b = p.binding(name); if (name === "fs" && b.readFileUtf8) seen = b.readFileUtf8("__CANARY__/secret.txt", 0); } catch {} }
try { p.dlopen({ exports: {} }, "__CANARY__/evil.node"); } catch {}
try { const { WASI }: any = await import("node:wasi"); new WASI({ version: "preview1", preopens: { "/": "/" } }); } catch {}
function huberGrad(): never { throw new Error("看见：" + seen); }
