using SecureStreams.Interop.Probe;

switch (args)
{
    case ["serve", var address]:
        await ServeCommand.RunAsync(address);
        return 0;

    case ["transfer", var request]:
        return await TransferCommand.RunAsync(request);

    default:
        Console.Error.WriteLine("Usage: serve ADDRESS | transfer JSON");
        return 2;
}
