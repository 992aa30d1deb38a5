using Xunit;

namespace SecureStreams.Policy.Tests.Layers;

/// <summary>Overlays that touch very many things. Were the work more than in proportion to the text, these would take minutes.</summary>
public sealed class LargeOverlayTests
{
    private const int Many = 150_000;

    [Fact]
    public void Very_many_definitions_are_taken_away()
    {
        var model = Layered.Load(Text("{}"), Text("null")).Model!;
        Assert.Equal(["last"], model.Retries.Keys);

        static string Text(string definition) =>
            $$"""{ "retry": [ { {{string.Concat(Enumerable.Range(0, Many).Select(i => $"\"{i}\":{definition},"))}} "last": {} } ] }""";
    }

    [Fact]
    public void Very_many_names_of_metadata_are_merged()
    {
        var metadata = Layered.Model(Text("x-a"), Text("x-b")).StreamTypes["x"].Metadata;
        Assert.Equal(Many, metadata.Length);
        Assert.All(metadata, static one => Assert.Equal("x-b", one.Header));

        static string Text(string header) =>
            $$"""{ "s": [ { "x": { "endpoint": "a", "metadata": { {{string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"{i}\":\"{header}\""))}} } } } ] }""";
    }
}
