// 企图：改写数组迭代器的 next，让遍历永不结束或立刻结束
// 预期：一分也不多得。
// 得分：1
const proto = Object.getPrototypeOf([][Symbol.iterator]());
proto.next = () => ({ done: true, value: undefined });
