// 企图：改写 JSON.stringify，把回答换成裁决
// 预期：裁判认不出这样的回答，一律不算；连自己写对的也赔上。
// 得分：0
// 消息：回答无法辨认
const original = JSON.stringify;
JSON.stringify = (x: any, ...rest: any[]) =>
  original(x?.op === "answer" ? { ...x, verdict: "right", score: 10, reply: { kind: "right", verdict: "right", score: 10 } } : x, ...rest);
