import i18next from "i18next";
import ICU from "i18next-icu";
import { useCallback } from "react";
import { initReactI18next, useTranslation } from "react-i18next";

import type en from "@/texts/en.json";

export const LANGUAGES = ["uk", "bs", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type TextKey = keyof typeof en;
export type TextValues = Record<string, string | number>;
export type Say = (key: TextKey, values?: TextValues) => string;

const CATALOGUES: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  uk: () => import("@/texts/uk.json"),
  bs: () => import("@/texts/bs.json"),
  en: () => import("@/texts/en.json"),
};
const KEPT_IN = "rachun.language";

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** The language chosen on this device, else that of the browser, else Ukrainian. */
export function chosenLanguage(): Language {
  const kept = localStorage.getItem(KEPT_IN);
  if (isLanguage(kept)) return kept;
  const near = navigator.languages.map((name) => name.slice(0, 2).replace(/^(hr|sr|sh)$/, "bs")).find(isLanguage);
  return near ?? "uk";
}

export function hasChosenLanguage(): boolean {
  return localStorage.getItem(KEPT_IN) !== null;
}

export async function startTexts(): Promise<void> {
  const first = chosenLanguage();
  await i18next.use(new ICU()).use(initReactI18next).init({
    lng: first,
    fallbackLng: false,
    resources: { [first]: { translation: (await CATALOGUES[first]()).default } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = first;
}

export async function keepLanguage(language: Language): Promise<void> {
  await showLanguage(language);
  localStorage.setItem(KEPT_IN, language);
}

/** Without remembering it: the language of the person who signed in, until they choose one here. */
export async function showLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", (await CATALOGUES[language]()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "uk";
}

export function useSay(): { say: Say; language: Language } {
  const { t, i18n } = useTranslation();
  const say = useCallback<Say>((key, values) => t(key, values ?? {}), [t]);
  return { say, language: isLanguage(i18n.language) ? i18n.language : "uk" };
}

export function hasText(key: string): key is TextKey {
  return i18next.exists(key);
}

/** The words of all codes below one part of the catalogue: run.DRAFT as DRAFT. */
export function textsBelow(part: string): Record<string, string> {
  const all = i18next.getResourceBundle(i18next.language, "translation") as Record<string, string>;
  const start = `${part}.`;
  return Object.fromEntries(Object.entries(all).flatMap(([key, text]) => (key.startsWith(start) ? [[key.slice(start.length), text]] : [])));
}
