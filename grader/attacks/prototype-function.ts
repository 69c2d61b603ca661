// 企图：改写 Function.prototype 的 call、apply、bind、toString
// 预期：应答程序也用它们，多半再也答不上来：只赔上他自己。
// 得分：0-1
Function.prototype.call = () => 0;
Function.prototype.apply = () => 0;
Function.prototype.bind = () => () => 0;
Function.prototype.toString = () => "function huberGrad() { [native code] }";
