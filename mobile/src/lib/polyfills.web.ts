export {}; // a browser has everything
