import { getLocales } from "expo-localization";
import i18next from "i18next";
import ICU from "i18next-icu";
import { useCallback } from "react";
import { initReactI18next, useTranslation } from "react-i18next";

import { showPageLanguage } from "@/lib/page";
import { keepSetting, readSetting } from "@/lib/settings-store";
import bs from "@/texts/bs.json";
import en from "@/texts/en.json";
import uk from "@/texts/uk.json";

export const LANGUAGES = ["uk", "bs", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type TextKey = keyof typeof en;
export type TextValues = Record<string, string | number>;
export type Say = (key: TextKey, values?: TextValues) => string;

const KEPT_IN = "language";

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** The language chosen on this device, else that of the device, else Ukrainian. */
export function chosenLanguage(): Language {
  const kept = readSetting(KEPT_IN);
  if (isLanguage(kept)) return kept;
  const near = getLocales().map((one) => one.languageCode?.replace(/^(hr|sr|sh)$/, "bs"));
  return near.find(isLanguage) ?? "uk";
}

export async function startTexts(): Promise<void> {
  const first = chosenLanguage();
  await i18next.use(new ICU()).use(initReactI18next).init({
    lng: first,
    fallbackLng: false,
    resources: { uk: { translation: uk }, bs: { translation: bs }, en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  showPageLanguage(first);
}

export async function keepLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  keepSetting(KEPT_IN, language);
  showPageLanguage(language);
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
