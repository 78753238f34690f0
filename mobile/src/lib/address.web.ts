/** The portal is served by the same address as the interface. */
export const API_ADDRESS = "";
