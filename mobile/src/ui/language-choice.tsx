import { useQueryClient } from "@tanstack/react-query";

import { isLanguage, keepLanguage, LANGUAGES, useSay } from "@/lib/texts";
import { Choice } from "@/ui/choice";

export function LanguageChoice() {
  const { say, language } = useSay();
  const queries = useQueryClient();
  return (
    <Choice
      label={say("settings.language")}
      value={language}
      options={LANGUAGES.map((one) => ({ value: one, label: say(`language.${one}`) }))}
      onChoose={(chosen) => {
        if (!isLanguage(chosen)) return;
        // What the server said in words, it says anew.
        void keepLanguage(chosen).then(() => queries.invalidateQueries());
      }}
    />
  );
}
