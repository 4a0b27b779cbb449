// Boxes and clicks are answered here, by the decoder that the library exported; the server is asked once for each image.
import * as ort from "./ort/ort.wasm.bundle.min.mjs";
import { pointsOf } from "./prompts.js";

const element = id => document.getElementById(id);
const canvas = element("view");
let model, session, image, start, asked = 0;

ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need a page that is isolated from other origins

async function load() {
  model = await (await fetch("model/info")).json();
  const decoder = await (await fetch("model/decoder.onnx")).arrayBuffer();
  session = await ort.InferenceSession.create(decoder, { logSeverityLevel: 3 }); // errors; texts that may be replaced are no mistake
  say("Open an image.");
}

async function open(file) {
  say("Encoding …");
  const answer = await fetch("encode", { method: "POST", body: file });
  if (!answer.ok)
    return say(await answer.text() || `The server answered ${answer.status}.`);
  const numbers = text => answer.headers.get(text).split(" ").map(Number);
  const [height, width] = numbers("Image-Size");
  const embedding = new ort.Tensor("float32", new Float32Array(await answer.arrayBuffer()), numbers("Embedding-Shape"));
  image = { height, width, embedding, bitmap: await createImageBitmap(file), prompt: null, mask: null };
  Object.assign(canvas, { width, height, hidden: false });
  ["name", "time"].forEach(id => element(id).textContent = "");
  element("scores").replaceChildren();
  draw();
  say("Drag a box around an object, or click it.");
}

// SAM's decoder: points with labels, of which 2 and 3 are a box's corners, in the network's frame.
async function ask(prompt) {
  const mine = ++asked;
  image.prompt = prompt;
  const { coordinates, labels } = pointsOf(prompt, image, model);
  const tensor = (numbers, shape) => new ort.Tensor("float32", Float32Array.from(numbers), shape);
  const begin = performance.now();
  const result = await session.run({
    image_embeddings: image.embedding,
    point_coords: tensor(coordinates, [1, labels.length, 2]),
    point_labels: tensor(labels, [1, labels.length]),
    mask_input: tensor(new Float32Array(model.maskSide ** 2), [1, 1, model.maskSide, model.maskSide]),
    has_mask_input: tensor([0], [1]),
    orig_im_size: tensor([image.height, image.width], [2]),
  });
  if (mine !== asked)
    return; // a later prompt is being answered
  image.mask = result.masks.data;
  show(result.class_scores.data, result.iou_predictions.data[0], performance.now() - begin);
  draw();
}

function show(scores, predictedIoU, milliseconds) {
  const best = [...scores].map((score, i) => ({ score, name: model.categories[i] })).sort((a, b) => b.score - a.score);
  element("name").textContent = best[0].name;
  element("scores").replaceChildren(...best.slice(0, 3).map(({ score, name }) => {
    const line = document.createElement("li");
    line.textContent = `${score.toFixed(2)} ${name}`;
    return line;
  }));
  element("time").textContent = `Predicted IoU ${predictedIoU.toFixed(2)}; answered in ${Math.round(milliseconds)} ms, in this page.`;
  canvas.dataset.pixels = image.mask.reduce((sum, logit) => sum + (logit > 0 ? 1 : 0), 0);
}

function draw(box) {
  const context = canvas.getContext("2d");
  context.drawImage(image.bitmap, 0, 0, image.width, image.height);
  if (image.mask && !box) {
    const pixels = context.getImageData(0, 0, image.width, image.height);
    for (let i = 0; i < image.mask.length; i++) {
      if (image.mask[i] <= 0)
        continue;
      pixels.data[4 * i] = (pixels.data[4 * i] + 47) / 2;
      pixels.data[4 * i + 1] = (pixels.data[4 * i + 1] + 200) / 2;
      pixels.data[4 * i + 2] = (pixels.data[4 * i + 2] + 255) / 2;
    }
    context.putImageData(pixels, 0, 0);
  }
  box ??= image.prompt?.box;
  if (box) {
    context.strokeStyle = "#ffd447";
    context.lineWidth = Math.max(1, image.width / 300);
    context.strokeRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
  }
}

// In pixels of the image.
function place(event) {
  const area = canvas.getBoundingClientRect();
  return [(event.clientX - area.left) * image.width / area.width, (event.clientY - area.top) * image.height / area.height];
}

const boxTo = point => [
  Math.min(start[0], point[0]), Math.min(start[1], point[1]), Math.max(start[0], point[0]), Math.max(start[1], point[1])];
const isBox = box => box[2] - box[0] > image.width / 100 && box[3] - box[1] > image.height / 100;
const say = text => { element("status").textContent = text; };
const report = failure => say(`Something went wrong: ${failure.message}`);

canvas.addEventListener("pointerdown", event => { start = place(event); canvas.setPointerCapture(event.pointerId); });
canvas.addEventListener("pointermove", event => { if (start && isBox(boxTo(place(event)))) draw(boxTo(place(event))); });
canvas.addEventListener("pointerup", event => {
  const [point, box] = [place(event), boxTo(place(event))];
  start = null;
  ask(isBox(box) ? { box } : { point }).catch(report);
});
element("file").addEventListener("change", event => { if (event.target.files[0]) open(event.target.files[0]).catch(report); });
load().catch(report);
