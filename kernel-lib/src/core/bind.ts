import { evaluate } from "../devices/evaluate.js";
import type { Tensor } from "../tensor.js";
import type { Params, Primitive } from "./primitive.js";
import { liftAll, topInterpreter } from "./tracer.js";

/** 执行一个原语：有追踪值就交给最里层的变换，否则在设备上求值。 */
export function bind<P extends Params>(primitive: Primitive<P>, args: readonly Tensor[], params: P): Tensor {
  const interpreter = topInterpreter(args);
  if (interpreter === null) return evaluate(primitive, args, params);
  return interpreter.process(primitive, liftAll(interpreter, args), params);
}
