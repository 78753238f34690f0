module.exports = (api) => {
  api.cache(true);
  return {
    presets: ["babel-preset-expo"],
    // Only the parts of the kit that are used, where size counts.
    env: { production: { plugins: ["react-native-paper/babel"] } },
  };
};
