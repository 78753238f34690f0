/** A phone takes the language from the system. */
export const showPageLanguage: (language: string) => void = () => undefined;

export const showPageTitle: (title: string) => void = () => undefined;

/** Letters grow with the setting of the system by themselves. */
export function deviceTextScale(): number {
  return 1;
}
