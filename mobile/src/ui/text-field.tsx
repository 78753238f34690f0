import { useId, useState } from "react";
import { TextInput, type TextInputProps, View } from "react-native";

import { useLook } from "@/ui/look";
import { RADIUS, SIZES, TOUCH } from "@/ui/theme";
import { Words } from "@/ui/words";

export interface TextFieldProps extends Pick<
  TextInputProps,
  "autoComplete" | "autoFocus" | "inputMode" | "onSubmitEditing" | "secureTextEntry" | "maxLength" | "readOnly"
> {
  label: string;
  value: string;
  onChangeText: (text: string) => void;
  hint?: string;
  error?: string;
  suffix?: string;
}

/** A named field with its hint and its error beside it, both tied to it for a screen reader. */
export function TextField({ label, hint, error, suffix, ...input }: TextFieldProps) {
  const { tones, scale, fontFamily } = useLook();
  const [isFocused, setIsFocused] = useState(false);
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const border = error ? tones.late : isFocused ? tones.accent : tones.quiet;
  return (
    <View style={{ gap: 4 }}>
      <Words id={`${id}-label`} strong size="small">
        {label}
      </Words>
      <View style={{ flexDirection: "row", alignItems: "center", gap: 8 }}>
        <TextInput
          {...input}
          {...{ "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined }}
          aria-labelledby={`${id}-label`}
          accessibilityLabel={label}
          autoCapitalize="none"
          autoCorrect={false}
          onFocus={() => setIsFocused(true)}
          onBlur={() => setIsFocused(false)}
          style={{
            flex: 1,
            minWidth: 0,
            minHeight: TOUCH,
            paddingHorizontal: 12,
            color: tones.text,
            backgroundColor: tones.surface,
            borderColor: border,
            borderWidth: 1,
            borderRadius: RADIUS,
            fontFamily,
            fontSize: SIZES.body * scale,
          }}
        />
        {suffix ? <Words tone="quiet">{suffix}</Words> : null}
      </View>
      {hint ? (
        <Words id={`${id}-hint`} size="small" tone="quiet">
          {hint}
        </Words>
      ) : null}
      {error ? (
        <Words id={`${id}-error`} size="small" tone="late" live="polite">
          {error}
        </Words>
      ) : null}
    </View>
  );
}
