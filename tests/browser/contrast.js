// Every visible run of text whose contrast with what is behind it is below WCAG's AA (4.5:1), as `text: ratio`.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((one, i) => (one * a + below[i] * (255 - a)) / 255);
  const behind = (one) => {
    if (!one) return [255, 255, 255];
    const own = rgba(getComputedStyle(one).backgroundColor);
    return own[3] === 255 ? own.slice(0, 3) : over(own, behind(one.parentElement));
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((one) => ((one /= 255) <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one) => {
    const below = behind(one);
    const [low, high] = [luminance(over(rgba(getComputedStyle(one).color), below)), luminance(below)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    const shown = one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !one.closest(".unseen, script");
    if (shown && texts.currentNode.data.trim() && ratio(one) < 4.5) poor.push(`${texts.currentNode.data.trim()}: ${ratio(one).toFixed(2)}`);
  }
  return poor;
};
