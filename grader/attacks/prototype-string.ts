// 企图：改写 String.prototype 的 split、slice、indexOf、startsWith
// 预期：应答程序也用它们，多半再也答不上来：只赔上他自己。
// 得分：0-1
String.prototype.split = () => [];
String.prototype.slice = () => "";
String.prototype.indexOf = () => -1;
String.prototype.startsWith = () => true;
