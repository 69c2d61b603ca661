// 企图：process.send、message 事件、disconnect
// 预期：一分也不多得。
// 得分：1
const p: any = process;
p.send?.({ verdict: "right", score: 10 });
p.emit("message", { verdict: "right", score: 10 });
p.disconnect?.();
p.channel?.unref?.();
