// 企图：往 Object.prototype 里放 kind、value、verdict、score，让裁判以为回答里有它们
// 预期：一分也不多得。
// 得分：1
Object.assign(Object.prototype, { kind: "value", value: 0, verdict: "right", score: 10, maxScore: 10, diagnosis: null });
