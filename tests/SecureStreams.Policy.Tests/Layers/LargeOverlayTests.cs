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
        var metadata = Layered.Model(Text("a-"), Text("b-")).StreamTypes["x"].Metadata;
        Assert.Equal(Many, metadata.Length);
        Assert.All(metadata, static one => Assert.Equal("b-" + one.Name, one.Header));

        static string Text(string header) =>
            $$"""{ "s": [ { "x": { "endpoint": "a", "metadata": { {{string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"{i}\":\"{header}{i}\""))}} } } } ] }""";
    }

    [Fact]
    public void Very_many_overlays_of_metadata_cost_no_more_than_their_text()
    {
        const int Layers = 400;
        const int Each = 200;
        var texts = Enumerable.Range(0, Layers).Select(static layer => Text(layer)).Prepend("""{ "s": [ { "x": { "endpoint": "a", "metadata": [ { "first": "" } ] } } ] }""").ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var metadata = Layered.Model(texts).StreamTypes["x"].Metadata;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((Layers * Each) + 1, metadata.Length);
        Assert.Equal("first", metadata[0].Name);
        Assert.InRange(allocated, 0, 200L * texts.Sum(static text => (long)text.Length));

        static string Text(int layer) =>
            $$"""{ "s": [ { "x": { "metadata": { {{string.Join(',', Enumerable.Range(0, Each).Select(i => $"\"{layer}_{i}\":\"\""))}} } } } ] }""";
    }

    [Fact]
    public void Metadata_that_a_layer_between_takes_back_does_not_return()
    {
        var metadata = Layered.Model(
            """{ "s": [ { "x": { "endpoint": "a", "metadata": [ { "one": "" } ] } } ] }""",
            """{ "s": [ { "x": { "metadata": [ { "two": "" } ] } } ] }""",
            """{ "s": [ { "x": { "metadata": null } } ] }""",
            """{ "s": [ { "x": { "metadata": [ { "three": "" } ] } } ] }""",
            """{ "s": [ { "x": { "metadata": [ { "four": "x-four:" } ] } } ] }""").StreamTypes["x"].Metadata;
        Assert.Equal<(string, string?)>([("three", null), ("four", "x-four")], metadata.Select(static one => (one.Name, one.Header)));
    }

    /// <summary>Each name was once searched among all of them, which took minutes here.</summary>
    [Fact]
    public void Very_many_facts_of_a_connection_are_found_among_very_many_names()
    {
        var names = Enumerable.Range(0, Many).Select(static i => $"\"{i}\":").ToArray();
        var text = $$"""{ "s": [ { "x": { "endpoint": "a", "metadata": { {{string.Join(',', names.Select(static name => name + "\"\""))}} }, "metadata_from_connection": { {{string.Join(',', names.Select(static name => name + "\"alpn\""))}} } } } ] }""";
        Assert.Equal(Many, Layered.Model(text).StreamTypes["x"].Find("metadata_from_connection")!.Value.Value.Pairs.Length);
    }
}
