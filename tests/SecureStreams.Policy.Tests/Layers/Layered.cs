using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests.Layers;

/// <summary>Loads a base (<c>base</c>) with overlays (<c>o1</c>, <c>o2</c> ...) from texts.</summary>
internal static class Layered
{
    public static PolicyLoadResult Load(params string[] texts) => PolicyLoader.Load(
        [.. texts.Select(static (text, index) => new PolicyDocument(Encoding.UTF8.GetBytes(text), index == 0 ? "base" : $"o{index}"))]);

    /// <summary>The model of a sum that is taken without a word.</summary>
    public static PolicyModel Model(params string[] texts)
    {
        var result = Load(texts);
        Assert.Empty(result.Diagnostics.Select(static one => one.ToString()));
        return result.Model!;
    }

    /// <summary>What is said of a sum that is refused.</summary>
    public static string[] Refused(params string[] texts)
    {
        var result = Load(texts);
        Assert.Null(result.Model);
        return [.. result.Diagnostics.Select(static one => one.ToString())];
    }
}
