// 企图：上网：TCP、UDP、HTTP、DNS、WebSocket
// 预期：连不上。
// 得分：1
// 挡不住：node-permission（Node 25 以前）、process
// 看机制：是
const net = await import("node:net");
const dgram = await import("node:dgram");
await new Promise<void>((done) => {
  try { net.connect(__PORT__, "127.0.0.1").on("connect", () => done()).on("error", () => done()); } catch { done(); }
});
try { await fetch("http://127.0.0.1:__PORT__/").then(() => 0, () => 0); } catch {}
try { const socket = dgram.createSocket("udp4"); socket.on("error", () => {}); socket.send("x", __PORT__, "127.0.0.1"); socket.unref(); } catch {}
