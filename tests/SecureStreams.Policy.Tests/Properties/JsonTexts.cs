using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy.Tests.Properties;

internal static class JsonTexts
{
    /// <summary>What <paramref name="write"/> writes, indented.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, PolicyValueWriter.Indented))
            write(writer);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
