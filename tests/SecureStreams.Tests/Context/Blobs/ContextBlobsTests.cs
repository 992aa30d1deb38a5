using Xunit;

namespace SecureStreams.Tests.Context.Blobs;

/// <summary>Which store a context has, and who clears it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ContextBlobsTests : IDisposable
{
    private const string Policy = "{ \"s\": [] }";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ss-state-");

    [Fact]
    public async Task Without_a_word_it_is_in_memory_and_cleared_with_the_context()
    {
        var context = SsContext.FromJson(Policy);
        var store = Assert.IsType<SsMemoryBlobStore>(context.Blobs);
        store.Write("a", "1"u8);
        await context.DisposeAsync();
        Assert.Empty(store.ListNames());
    }

    [Fact]
    public async Task With_a_folder_of_state_it_is_in_files_below_it()
    {
        var state = Path.Combine(_root.FullName, "state");
        await using (var context = SsContext.FromJson(Policy, new SsContextOptions { StateFolder = state }))
            context.Blobs.Write("a", "1"u8);
        await using var again = SsContext.FromJson(Policy, new SsContextOptions { StateFolder = state });
        Assert.Equal(["a"], again.Blobs.ListNames());
        Assert.True(File.Exists(Path.Combine(state, "blobs", "a.blob")));

        File.SetUnixFileMode(state, File.GetUnixFileMode(state) | UnixFileMode.OtherExecute);
        var error = Assert.Throws<SsBlobException>(() => SsContext.FromJson(Policy, new SsContextOptions { StateFolder = state }));
        Assert.Contains($"chmod 700 '{state}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_programs_own_store_is_left_alone()
    {
        using var store = new SsMemoryBlobStore();
        store.Write("a", "1"u8);
        var context = SsContext.FromJson(Policy, new SsContextOptions { Blobs = store, StateFolder = Path.Combine(_root.FullName, "unused") });
        Assert.Same(store, context.Blobs);
        await context.DisposeAsync();
        Assert.Equal(["a"], store.ListNames());
        Assert.Empty(_root.GetFileSystemInfos());
    }

    [Fact]
    public void Well_known_names_have_the_numbers_of_lws()
    {
        Assert.Equal(
            "AUTH_0 AUTH_1 CLIENT_CERT_DER CLIENT_KEY_DER DEVICE_SERIAL DEVICE_FW_VERSION DEVICE_TYPE NTP_SERVER MQTT_CLIENT_ID MQTT_USERNAME MQTT_PASSWORD EXT_AUTH1 EXT_AUTH2 EXT_AUTH3 EXT_AUTH4",
            string.Join(" ", SsBlobNames.WellKnown));
        Assert.All(SsBlobNames.WellKnown, SsBlobNames.Check);
        Assert.Equal("AUTH_255", SsBlobNames.Auth(255));
        Assert.Throws<ArgumentOutOfRangeException>(() => SsBlobNames.Auth(256));
    }

    public void Dispose() => _root.Delete(recursive: true);
}
