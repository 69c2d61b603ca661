// 企图：给 Object.prototype 加 toJSON，把每条回答都换成“正确”
// 预期：应答程序再也说不出话，这一格被停下、跳过；错的仍是错的。
// 得分：1
(Object.prototype as any).toJSON = () => ({ kind: "right", verdict: "right", score: 10 });
