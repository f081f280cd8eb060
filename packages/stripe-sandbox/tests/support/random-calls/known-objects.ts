import type { Dice } from "./dice";

/** Ids seen in answers, by the type of object that they name. */
export class KnownObjects {
  readonly #ids = new Map<string, string[]>();

  /** Remembers every object inside an answer. */
  learn(answer: unknown): void {
    if (Array.isArray(answer)) for (const item of answer) this.learn(item);
    else if (typeof answer === "object" && answer !== null) {
      const { id, object } = answer as { id?: unknown; object?: unknown };
      if (typeof id === "string" && typeof object === "string") this.#remember(object, id);
      for (const value of Object.values(answer)) this.learn(value);
    }
  }

  #remember(type: string, id: string): void {
    const ids = this.#ids.get(type) ?? [];
    if (!ids.includes(id)) ids.push(id);
    this.#ids.set(type, ids);
  }

  /** An id of this type, mostly a recent one; sometimes one of another type, or of nothing at all. */
  some(dice: Dice, type: string): string {
    if (dice.chance(0.03)) return `${type.slice(0, 4)}_nothing`;
    const ids = this.#ids.get(dice.chance(0.03) ? dice.pick(this.types) : type);
    if (!ids || ids.length === 0) return `${type.slice(0, 4)}_nothing`;
    return dice.chance(0.7) ? dice.pick(ids.slice(-8)) : dice.pick(ids);
  }

  get types(): string[] {
    return this.#ids.size === 0 ? ["customer"] : [...this.#ids.keys()];
  }
}
