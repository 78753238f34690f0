/** Where the interface is. A built application of a phone is told by EXPO_PUBLIC_API_URL. */
export const API_ADDRESS = process.env.EXPO_PUBLIC_API_URL ?? "http://127.0.0.1:8000";
