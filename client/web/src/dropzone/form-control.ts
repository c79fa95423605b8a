/** What every form control has, for a custom element. */
import { reflectAttributes } from "./reflect-attributes.ts";

// A server has no elements, and may import this file all the same.
const Element: typeof HTMLElement =
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing creates it there
  globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** A custom element that takes part in forms. */
export abstract class FormControl extends Element {
  static readonly formAssociated = true;

  /** The name of its entries in the form. */
  declare name: string;
  declare disabled: boolean;
  declare required: boolean;

  protected readonly internals: ElementInternals = this.attachInternals();
  #isFormDisabled = false;

  get form(): HTMLFormElement | null {
    return this.internals.form;
  }
  get validity(): ValidityState {
    return this.internals.validity;
  }
  get validationMessage(): string {
    return this.internals.validationMessage;
  }
  get willValidate(): boolean {
    return this.internals.willValidate;
  }
  checkValidity(): boolean {
    return this.internals.checkValidity();
  }
  reportValidity(): boolean {
    return this.internals.reportValidity();
  }

  /** Called by the browser when the element, or a `<fieldset>` around it, is disabled or enabled. */
  formDisabledCallback(isDisabled: boolean): void {
    this.#isFormDisabled = isDisabled;
    this.update();
  }

  /** Whether the element, or a `<fieldset>` around it, is disabled. */
  protected isDisabled(): boolean {
    return this.#isFormDisabled || this.disabled;
  }

  /** Shows everything again. */
  protected abstract update(): void;
}

reflectAttributes(FormControl.prototype, {
  name: "text",
  disabled: "boolean",
  required: "boolean",
});
