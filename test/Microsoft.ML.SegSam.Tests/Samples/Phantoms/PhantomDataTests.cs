using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Phantoms;

namespace Microsoft.ML.SegSam.Tests.Samples.Phantoms;

[TestClass]
public sealed class PhantomDataTests
{
    private static readonly PhantomSlice[] Slices = [.. PhantomGenerator.Create(2, 2, 64)];

    [TestMethod]
    public void Columns_have_the_types_that_training_asks_for()
    {
        var schema = PhantomData.Load(new MLContext(seed: 1), Slices).Schema;
        Assert.IsInstanceOfType<ImageDataViewType>(schema["Image"].Type);
        Assert.IsInstanceOfType<ImageDataViewType>(schema["Mask"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 4), schema["Box"].Type);
        foreach (var text in (string[])["ImageId", "Category", "Description"])
            Assert.AreEqual(TextDataViewType.Instance, schema[text].Type);
    }

    [TestMethod]
    public void Each_object_is_a_row_with_its_own_pixels_in_every_pass()
    {
        var data = PhantomData.Load(new MLContext(seed: 1), Slices);
        for (var pass = 0; pass < 2; pass++)
        {
            using var cursor = data.GetRowCursor(data.Schema);
            var image = cursor.GetGetter<MLImage>(data.Schema["Image"]);
            var mask = cursor.GetGetter<MLImage>(data.Schema["Mask"]);
            var box = cursor.GetGetter<VBuffer<float>>(data.Schema["Box"]);
            foreach (var (slice, found) in Slices.SelectMany(slice => slice.Objects.Select(found => (slice, found))))
            {
                Assert.IsTrue(cursor.MoveNext());
                MLImage imageValue = null!, maskValue = null!;
                VBuffer<float> boxValue = default;
                image(ref imageValue);
                mask(ref maskValue);
                box(ref boxValue);
                using (imageValue)
                using (maskValue)
                {
                    CollectionAssert.AreEqual(slice.Gray, FirstChannel(imageValue));
                    CollectionAssert.AreEqual(found.Mask, FirstChannel(maskValue).Select(level => level == 255).ToArray());
                }

                CollectionAssert.AreEqual((float[])[found.Box.X0, found.Box.Y0, found.Box.X1, found.Box.Y1],
                    boxValue.DenseValues().ToArray());
            }

            Assert.IsFalse(cursor.MoveNext());
        }
    }

    private static byte[] FirstChannel(MLImage image) =>
        [.. image.Pixels.ToArray().Where((_, i) => i % 4 == 0)];
}
