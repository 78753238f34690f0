import { Pressable, View } from "react-native";

import { useLook } from "@/ui/look";
import { RADIUS, TOUCH } from "@/ui/theme";
import { Words } from "@/ui/words";

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: { value: Value; label: string }[];
  onChoose: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function Choice<Value extends string>({ label, value, options, onChoose }: ChoiceProps<Value>) {
  const { tones } = useLook();
  return (
    <View role="radiogroup" aria-label={label} style={{ gap: 6 }}>
      <Words size="small" strong>
        {label}
      </Words>
      <View style={{ flexDirection: "row", flexWrap: "wrap", gap: 8 }}>
        {options.map((option) => {
          const isChosen = option.value === value;
          return (
            <Pressable
              key={option.value}
              role="radio"
              aria-checked={isChosen}
              onPress={() => onChoose(option.value)}
              style={{
                minHeight: TOUCH,
                maxWidth: "100%",
                paddingVertical: 8,
                paddingHorizontal: 14,
                justifyContent: "center",
                borderWidth: isChosen ? 2 : 1,
                borderColor: isChosen ? tones.accent : tones.line,
                borderRadius: RADIUS,
                backgroundColor: isChosen ? tones.accentGround : tones.surface,
              }}
            >
              <Words tone={isChosen ? "accent" : "text"} strong={isChosen}>
                {option.label}
              </Words>
            </Pressable>
          );
        })}
      </View>
    </View>
  );
}
